"""The address of a link that carries a CSV itself, so that nothing is written on the server.

f'<a download="films.csv" href="{csv_address(text)}">Download</a>'
"""

import base64


def csv_address(text: str) -> str:
    """Give the address, in characters that need no escaping; spreadsheets read the text as UTF-8.

    Args:
        text: of the CSV, from `write_csv`.
    """
    return f"data:text/csv;base64,{base64.b64encode(text.encode('utf-8-sig')).decode()}"
