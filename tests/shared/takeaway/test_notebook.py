"""A notebook from a template."""

import base64
import csv
import io

import jinja2
import pytest

from shared.tables.write_csv import write_csv
from shared.takeaway.csv_link import csv_address
from shared.takeaway.notebook import write_notebook

TEMPLATE = """A remark: {{ "not shown" }}.
# %% [markdown]
# # Title
#
# Of {{ who }}.

# %%
a = {{ a }}
{% if more %}
# a remark in code
{% endif %}

{% if more %}
# %% [markdown]
# More.
{% endif %}
# %%
a + 1
"""


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "notebook.py.jinja"
    path.write_text(TEMPLATE)
    return path


@pytest.mark.parametrize("more", [True, False])
def test_cells_are_those_of_the_template(template, more):
    cells = write_notebook(template, who="<b>{{ 1 + 1 }}", a=[1, 2], more=more)["cells"]
    told = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    assert told == [
        ("markdown", "# Title\n\nOf <b>{{ 1 + 1 }}."),  # what is filled in is no template
        ("code", "a = [1, 2]\n# a remark in code" if more else "a = [1, 2]"),
        *([("markdown", "More.")] if more else []),
        ("code", "a + 1"),
    ]
    assert len({cell["id"] for cell in cells}) == len(cells)


def test_a_value_that_is_not_given_is_a_mistake(template):
    with pytest.raises(jinja2.UndefinedError, match="'a' is undefined"):
        write_notebook(template, who="me", more=False)


def test_a_link_carries_the_table():
    kind, _, data = csv_address(write_csv(["film"], [['Amélie & "Heat"']])).partition(",")
    assert kind == "data:text/csv;base64"
    assert list(csv.reader(io.StringIO(base64.b64decode(data).decode("utf-8-sig"))))[1] == ['Amélie & "Heat"']
