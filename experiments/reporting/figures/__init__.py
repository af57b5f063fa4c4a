"""Figures of reports."""

from .font_folder import use_writable_folder

use_writable_folder()  # before the first import of matplotlib, which reads the variable
