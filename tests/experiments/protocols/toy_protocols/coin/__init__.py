"""Protocol coin."""
