"""The one theme: slate ground, one blue accent, borders instead of shadows, system fonts, light and dark.

The style sheet `style.css` travels inside the theme (`custom_css`), not through `css_paths`: Gradio prefixes
every rule of a `css_paths` file with `.contain`, so that none reaches the frame around it, the footer or the
colour tokens at `:root`. Inside the theme it is served as it stands, as a file that browsers cache.

    from shared.ui.theme import STYLE_PATH, THEME
    demo.launch(theme=THEME)
"""

from pathlib import Path

from gradio.themes import Base
from gradio.themes.utils import colors, sizes

STYLE_PATH = Path(__file__).with_name("style.css")

FONT = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", '
    "Arial, sans-serif"
)
FONT_MONO = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace'

_RADIUS = sizes.Size(name="look", xxs="2px", xs="4px", sm="6px", md="8px", lg="10px", xl="12px", xxl="16px")
_TEXT = sizes.Size(name="look", xxs="10px", xs="12px", sm="13px", md="15px", lg="16px", xl="22px", xxl="28px")


class LessonTheme(Base):
    """Gradio's base theme in our colours. Every value is a colour by role, in light and in dark."""

    def __init__(self) -> None:
        super().__init__(
            primary_hue=colors.blue,
            secondary_hue=colors.blue,
            neutral_hue=colors.slate,
            radius_size=_RADIUS,
            text_size=_TEXT,
            font="system-ui",
            font_mono="ui-monospace",
        )
        self.name = "lessons"
        # Set as text: Gradio would put quotes around system-ui, which then names a font that nobody has.
        self.font = FONT
        self.font_mono = FONT_MONO
        self.custom_css = STYLE_PATH.read_text(encoding="utf-8")
        super().set(
            body_background_fill="*neutral_50",
            body_background_fill_dark="*neutral_950",
            body_text_color="*neutral_800",
            body_text_color_dark="*neutral_100",
            body_text_color_subdued="*neutral_600",
            body_text_color_subdued_dark="*neutral_400",
            background_fill_primary="white",
            background_fill_primary_dark="*neutral_900",
            background_fill_secondary="*neutral_100",
            background_fill_secondary_dark="*neutral_800",
            border_color_primary="*neutral_200",
            border_color_primary_dark="#263449",
            color_accent="*primary_600",
            link_text_color="*primary_600",
            link_text_color_hover="*primary_700",
            link_text_color_active="*primary_700",
            link_text_color_visited="*primary_600",
            link_text_color_dark="*primary_400",
            link_text_color_hover_dark="*primary_300",
            link_text_color_active_dark="*primary_300",
            link_text_color_visited_dark="*primary_400",
            shadow_drop="none",
            shadow_drop_lg="0 4px 16px rgb(15 23 42 / 0.12)",
            shadow_inset="none",
            # Blocks: a white card with a border.
            block_background_fill="white",
            block_background_fill_dark="*neutral_900",
            block_padding="14px 16px",
            block_radius="*radius_md",
            block_shadow="none",
            block_info_text_size="*text_sm",
            block_info_text_color="*neutral_600",
            block_info_text_color_dark="*neutral_400",
            block_title_text_size="14px",
            block_title_text_weight="500",
            block_title_text_color="*neutral_700",
            block_title_text_color_dark="*neutral_200",
            block_label_text_color="*neutral_600",
            block_label_text_color_dark="*neutral_300",
            block_label_background_fill="*neutral_50",
            block_label_background_fill_dark="*neutral_800",
            container_radius="*radius_md",
            layout_gap="16px",
            panel_border_width="1px",
            panel_background_fill="white",
            panel_background_fill_dark="*neutral_900",
            section_header_text_weight="500",
            # Inputs
            input_background_fill="white",
            input_background_fill_dark="#0B1322",
            input_border_width="1px",
            input_border_color="*neutral_300",
            input_border_color_dark="#334155",
            input_border_color_focus="*primary_500",
            input_border_color_focus_dark="*primary_500",
            input_shadow_focus="0 0 0 3px rgb(59 130 246 / 0.22)",
            input_shadow_focus_dark="0 0 0 3px rgb(59 130 246 / 0.30)",
            input_placeholder_color="*neutral_500",
            input_placeholder_color_dark="*neutral_400",
            input_padding="10px 12px",
            slider_color="*primary_500",
            slider_color_dark="*primary_500",
            checkbox_background_color="white",
            checkbox_background_color_dark="#0B1322",
            checkbox_border_color="*neutral_400",
            checkbox_border_color_dark="*neutral_500",
            checkbox_label_background_fill="white",
            checkbox_label_background_fill_dark="*neutral_900",
            checkbox_label_background_fill_hover="*neutral_100",
            checkbox_label_background_fill_hover_dark="*neutral_800",
            checkbox_label_background_fill_selected="*primary_50",
            checkbox_label_background_fill_selected_dark="#172a4d",
            checkbox_label_border_color="*neutral_300",
            checkbox_label_border_color_dark="#334155",
            checkbox_label_border_color_selected="*primary_500",
            checkbox_label_border_color_selected_dark="*primary_500",
            checkbox_label_border_width="1px",
            checkbox_label_padding="9px 14px",
            checkbox_label_text_color_selected="*neutral_900",
            checkbox_label_text_color_selected_dark="white",
            # Buttons: white on this blue is 5.2 to 1.
            button_border_width="1px",
            button_large_padding="10px 18px",
            button_large_radius="*radius_md",
            button_large_text_size="15px",
            button_large_text_weight="600",
            button_medium_radius="*radius_md",
            button_small_radius="*radius_sm",
            button_small_text_weight="500",
            button_transition="background-color 0.12s ease, border-color 0.12s ease",
            button_primary_background_fill="*primary_600",
            button_primary_background_fill_dark="*primary_600",
            button_primary_background_fill_hover="*primary_700",
            button_primary_background_fill_hover_dark="*primary_700",
            button_primary_border_color="*primary_600",
            button_primary_border_color_dark="*primary_600",
            button_primary_border_color_hover="*primary_700",
            button_primary_border_color_hover_dark="*primary_700",
            button_primary_text_color="white",
            button_secondary_background_fill="white",
            button_secondary_background_fill_dark="*neutral_800",
            button_secondary_background_fill_hover="*neutral_100",
            button_secondary_background_fill_hover_dark="*neutral_700",
            button_secondary_border_color="*neutral_300",
            button_secondary_border_color_dark="*neutral_700",
            button_secondary_border_color_hover="*neutral_400",
            button_secondary_border_color_hover_dark="*neutral_600",
            button_secondary_text_color="*neutral_800",
            button_secondary_text_color_dark="*neutral_100",
            button_cancel_background_fill="white",
            button_cancel_background_fill_dark="*neutral_800",
            button_cancel_background_fill_hover=colors.red.c50,
            button_cancel_background_fill_hover_dark="#3b1d24",
            button_cancel_border_color=colors.red.c300,
            button_cancel_border_color_dark=colors.red.c800,
            button_cancel_text_color=colors.red.c700,
            button_cancel_text_color_dark=colors.red.c300,
            button_cancel_text_color_hover=colors.red.c800,
            button_cancel_text_color_hover_dark=colors.red.c200,
            # Tables
            table_border_color="*neutral_200",
            table_border_color_dark="#263449",
            table_even_background_fill="white",
            table_even_background_fill_dark="*neutral_900",
            table_odd_background_fill="*neutral_50",
            table_odd_background_fill_dark="#131d31",
            table_radius="*radius_md",
            stat_background_fill="*primary_500",
            stat_background_fill_dark="*primary_500",
            code_background_fill="*neutral_100",
            code_background_fill_dark="*neutral_800",
        )


THEME = LessonTheme()
