"""What makes generated files of this project; not part of the wheel."""
