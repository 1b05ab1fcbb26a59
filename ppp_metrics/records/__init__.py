"""Files become records: the data model, the reader, the load and the checks."""
