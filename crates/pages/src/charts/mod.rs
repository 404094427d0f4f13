//! Charts, drawn on the server as SVG text and not part of the browser build. Charts that a run
//! stores as files are in the crate `charts`.

pub mod beeswarm;
pub mod canvas;
pub mod dependence;
pub mod groups;
pub mod importance;
pub mod over_time;
pub mod pair_plot;
pub mod sparkline;
mod strip_plot;
pub mod timeline;

use ::charts::{Drawing, FAINT, GRID, INK, draw, percent_tick, series_color, text_style};
pub use ::charts::{curves, histogram};

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_to_draw_is_no_panic() {
        assert_eq!(super::timeline::past_scores(&[]), None);
    }
}
