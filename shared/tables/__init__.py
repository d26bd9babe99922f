"""One reader for every table that a visitor sends, and one writer for every table that leaves.

From the ground floor up:

- `numbers`, `dates`: how people and programs write them.
- `number_columns`: the numbers of a whole column at once.
- `missing_words`: texts that say that there is no value.
- `kinds`: whether a column holds numbers, categories or dates; and the same, read.
- `sniff`: what kind of file this is, its encoding and its separator; refuses what is no table.
- `rows`: from lines to rows of equally many cells, with a header, ragged rows and a sample.
- `open_table`: a file, or a text, as rows of cells.
- `read_table`: a whole CSV, and what was understood of it; `meaning`: what is known of it beyond its cells.
- `sent_rows`: the same table from the rows that a program sends.
- `write_csv`: the one writer, safe to open in a spreadsheet.
"""
