"""Where Gradio itself is mended. A file a fault: the reason stands at its top, and how to use it.

`tests/shared/ui/gradio_patches/test_still_needed.py` shows each fault in bare Gradio, and that it is gone
with us. When Gradio mends one itself, the test of that fault says which file can be dropped.

    one_web_app, lean_sessions, no_statistics    what costs a visitor time and memory for nothing
    fair_queue                                   who waits where
    mounted, kept_answers                        what fails in the gallery, or with `gr.cache`
    own_files, fetch_nothing, quiet_server       files and what the server gives away
    unopened_photos                              who decodes a photo
    unknown_streams, no_script                   pages and streams that break instead of saying so
    argument_texts, assistants_json              what programs and assistants read
"""
