from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from faultcast.pipeline.document import read_notebook
from faultcast.pipeline.normalise import normalise
from tests.unit.pipeline.notebooks import code, write_notebook

STREAM = "stream"


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def display(**data: str) -> dict[str, Any]:
    mimes = {mime.replace("_", "/"): value for mime, value in data.items()}
    return {"output_type": "display_data", "data": mimes, "metadata": {}}


def normalised(folder: Path, *outputs: dict[str, Any], **folders: Path) -> list[dict[str, Any]]:
    path = write_notebook(folder / "n.ipynb", {**code("x"), "outputs": list(outputs)})
    notebook = read_notebook(path)
    normalise(notebook, {path: name for name, path in folders.items()})
    found: list[dict[str, Any]] = notebook.content["cells"][0]["outputs"]
    return found


def test_metadata_of_a_run_is_removed_and_the_rest_kept(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "n.ipynb", code("x", "slow"))
    notebook = read_notebook(path)
    notebook.content["metadata"] |= {
        "papermill": {"duration": 1.5},
        "widgets": {"state": {}},
        "language_info": {"name": "python", "version": "3.11.9"},
        "title": "Wear",
    }
    notebook.content["cells"][0]["metadata"] |= {
        "execution": {"iopub.status.busy": "2026-11-22T10:00:00"},
        "papermill": {"start_time": "2026-11-22T10:00:00"},
        "ExecuteTime": {"end_time": "2026-11-22"},
    }
    normalise(notebook, {})
    assert "version" not in notebook.content["metadata"].pop("language_info")
    assert set(notebook.content["metadata"]) == {"kernelspec", "title"}
    assert notebook.content["cells"][0]["metadata"] == {"tags": ["slow"]}


def test_saving_in_jupyterlab_changes_nothing(tmp_path: Path) -> None:
    before = read_notebook(write_notebook(tmp_path / "n.ipynb", code("x")))
    saved = read_notebook(write_notebook(tmp_path / "n.ipynb", code("x")))
    saved.content["metadata"] |= {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python", "version": "3.11.9"},
    }
    for notebook in (before, saved):
        normalise(notebook, {})
    assert saved.content == before.content


def test_the_pieces_in_which_text_arrives_do_not_matter(tmp_path: Path) -> None:
    pieces = [stream("a"), stream("warn", "stderr"), stream("b\n"), stream("ing", "stderr")]
    shuffled = [pieces[1], pieces[0], pieces[3], pieces[2]]
    expected = [stream("ab\n"), stream("warning", "stderr")]
    assert normalised(tmp_path, *pieces) == normalised(tmp_path, *shuffled) == expected


def test_text_stays_before_and_after_a_picture(tmp_path: Path) -> None:
    picture = display(image_png="iVBO")
    outputs = normalised(tmp_path, stream("a"), picture, stream("b"))
    assert outputs == [stream("a"), picture, stream("b")]


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("10 %\r50 %\r100 %\ndone\n", "100 %\ndone\n"),
        ("a\r\nb\r\n", "a\r\nb\r\n"),
        ("abc\b\b\bxyz", "xyz"),
        ("50 %\r", ""),
    ],
)
def test_of_a_progress_bar_the_end_is_kept(tmp_path: Path, printed: str, kept: str) -> None:
    assert [one["text"] for one in normalised(tmp_path, stream(printed))] == (
        [kept] if kept else []
    )


def test_progress_widgets_are_removed(tmp_path: Path) -> None:
    widget = {
        "output_type": "display_data",
        "metadata": {},
        "data": {
            "application/vnd.jupyter.widget-view+json": {"model_id": "1f"},
            "text/plain": "IntProgress(value=3)",
        },
    }
    assert normalised(tmp_path, widget) == []


@pytest.mark.parametrize(
    "text", ["<Model object at 0x7f3a2c1b9d50>", "<function f at 0x10ab23cd0>"]
)
def test_addresses_of_objects_are_masked(tmp_path: Path, text: str) -> None:
    (output,) = normalised(tmp_path, stream(text))
    assert "0x…" in output["text"]


def test_a_number_that_is_no_address_is_kept(tmp_path: Path) -> None:
    (output,) = normalised(tmp_path, stream("mask 0x7f3a2c1b9d50"))
    assert output["text"] == "mask 0x7f3a2c1b9d50"


def test_paths_of_this_machine_are_masked_longest_first(tmp_path: Path) -> None:
    text = "/home/anna/project/data/x.csv /home/anna/notes /home/annabel/x /home/anna/project"
    (output,) = normalised(
        tmp_path, stream(text), **{"~": Path("/home/anna"), ".": Path("/home/anna/project")}
    )
    assert output["text"] == "./data/x.csv ~/notes /home/annabel/x ."


def test_the_temporary_file_of_a_cell_is_masked(tmp_path: Path) -> None:
    text = "/tmp/ipykernel_4242/1617490146.py:3: UserWarning: odd"
    (output,) = normalised(tmp_path, stream(text, "stderr"))
    assert output["text"] == "<cell>:3: UserWarning: odd"


PLOTLY = '<div id="{0}"></div><script>Plotly.newPlot("{0}")</script>'
STYLER = "<style>#T_{0}_row0_col0 {{color: red}}</style><table id='T_{0}'>"
ALTAIR = '<div id="altair-viz-{0}"></div><script>#altair-viz-{0}</script>'


@pytest.mark.parametrize(
    ("page", "one", "other"),
    [
        (PLOTLY, "3f0c8e0a-93d1-4a9e-8a52-0d3b2f6c1e11", "b7a1de52-1c0e-4f0b-9b5d-5f7e0c9d8a77"),
        (STYLER, "1f3ab", "0cd92"),
        (ALTAIR, "3f0c8e0a93d14a9e8a520d3b2f6c1e11", "b7a1de521c0e4f0b9b5d5f7e0c9d8a77"),
    ],
)
def test_random_ids_of_pages_become_the_same_ones(
    tmp_path: Path, page: str, one: str, other: str
) -> None:
    first = normalised(tmp_path, display(text_html=page.format(one)))
    second = normalised(tmp_path, display(text_html=page.format(other)))
    assert first == second
    assert one not in str(first)


def test_different_ids_stay_different(tmp_path: Path) -> None:
    page = STYLER.format("1f3ab") + STYLER.format("0cd92")
    (output,) = normalised(tmp_path, display(text_html=page))
    assert output["data"]["text/html"].count("T_00001") == 2
    assert output["data"]["text/html"].count("T_00002") == 2


def test_pictures_are_left_alone(tmp_path: Path) -> None:
    data = "at 0x7f3a2c1b9d50 T_1f3ab"
    (output,) = normalised(tmp_path, display(image_png=data))
    assert output["data"]["image/png"] == data


def test_a_page_with_a_large_picture_in_it_takes_no_time(tmp_path: Path) -> None:
    page = f'<img src="data:image/png;base64,{"aB3/" * 300_000}">'
    (output,) = normalised(tmp_path, display(text_html=page))
    assert output["data"]["text/html"] == page
