"""What a visitor takes away.

`notebook`: a Jupyter notebook from a template, which reads like the notebook itself.
`csv_link`: the address of a link that carries a CSV. The CSV itself comes from `shared.tables.write_csv`.
A model's zip is `shared.artifacts.as_zip`.
"""
