"""Views of a card: Markdown for repositories, one page for people. They read the card and compute nothing."""
