//! Placeholder while the layers are laid.
fn main() {}
