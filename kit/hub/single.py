"""A person's server that is started by itself, without a nursery: their folder first, then JupyterLab."""

from __future__ import annotations

from kit.hub.folder import fill_own_folder


def main() -> None:
    """Become the server; does not return."""
    fill_own_folder()
    from jupyterhub.singleuser.extension import main as serve

    serve()


if __name__ == "__main__":
    main()
