//! The gate's words, short enough to count.

use twinroot_gate::{GateError, Module, Site};

/// What the gate says of a module.
pub(crate) fn verdict(result: &Result<Module, GateError>) -> String {
    match result {
        Ok(_) => "accepted".to_owned(),
        Err(error) => reason(error),
    }
}

/// The rule that a module breaks.
pub(crate) fn reason(error: &GateError) -> String {
    match error {
        GateError::Forbidden { rule, .. } => format!("Forbidden: {rule}"),
        GateError::Shape { measure, .. } => format!("Shape: {measure}"),
        GateError::Export { problem, .. } => format!("Export: {problem}"),
        other => {
            let shown = format!("{other:?}");
            let end = shown.find([' ', '{', '(']).unwrap_or(shown.len());
            shown[..end].to_owned()
        }
    }
}

/// The part of the module that an error is about.
pub(crate) fn site(error: &GateError) -> Option<&Site> {
    match error {
        GateError::Float { site, .. }
        | GateError::Forbidden { site, .. }
        | GateError::Shape { site, .. } => Some(site),
        _ => None,
    }
}
