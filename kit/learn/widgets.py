"""The widgets of a lesson."""
