//! Draws folded stacks.

use inferno::flamegraph::{self, Options};

use crate::ProfileError;

/// A flame graph, as SVG: the same for the same stacks.
///
/// # Errors
/// [`ProfileError::Flame`] where a line is no folded stack.
pub fn flame_graph(title: &str, folded: &str) -> Result<String, ProfileError> {
    let mut options = Options::default();
    options.title = title.to_owned();
    options.count_name = String::from("gas");
    options.name_type = String::from("Function:");
    options.deterministic = true;
    let mut svg = Vec::new();
    flamegraph::from_lines(&mut options, folded.lines(), &mut svg)
        .map_err(|error| ProfileError::Flame(error.to_string()))?;
    String::from_utf8(svg).map_err(|error| ProfileError::Flame(error.to_string()))
}
