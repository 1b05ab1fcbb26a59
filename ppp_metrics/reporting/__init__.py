"""Numbers become reports: charts, sections, notebooks and HTML files."""
