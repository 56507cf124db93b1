//! Small programs, each showing one use of the workspace; see the `[[example]]` files beside this one.
