"""Where an endpoint answers with a dict, Gradio writes it for assistants as Python does.

None and single quotes are no JSON, and a list or dict cannot be read back.

    demo.mcp_server_obj = answering_in_json(server)
"""

import json
from typing import Any


def answering_in_json(server: Any) -> Any:
    """Have what speaks to assistants write plain data as JSON.

    Args:
        server: Gradio's; it is changed in place. None where the package for it is not installed.

    Returns:
        The same.
    """
    if server is not None:
        answer = server.postprocess_output_data

        def answer_in_json(data: Any, *more: Any, **options: Any) -> Any:
            ready = [json.dumps(one, ensure_ascii=False) if _is_plain_data(one) else one for one in data]
            return answer(ready, *more, **options)

        server.postprocess_output_data = answer_in_json
    return server


def _is_plain_data(value: Any) -> bool:
    return isinstance(value, dict | list | bool | None) and not (isinstance(value, dict) and "path" in value)
