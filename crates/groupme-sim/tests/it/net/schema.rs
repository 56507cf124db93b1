//! Comparison of answers with the `OpenAPI` document of the control API.

use serde_json::Value;

/// Returns the operation of a request, by the template that its path fits best.
pub(crate) fn operation<'d>(document: &'d Value, method: &str, path: &str) -> &'d Value {
    let path = path.split('?').next().unwrap();
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let template: Vec<&str> = template.split('/').collect();
        let mut pairs = template.iter().zip(&parts);
        template.len() == parts.len()
            && pairs.all(|(wanted, part)| wanted.starts_with('{') || wanted == part)
    };
    let paths = document["paths"].as_object().unwrap();
    let mut found: Vec<_> = paths
        .iter()
        .filter(|(template, _)| fits(template))
        .collect();
    found.sort_by_key(|(template, _)| template.matches('{').count());
    let (_, methods) = found.first().unwrap_or_else(|| panic!("no path {path}"));
    &methods[method.to_lowercase()]
}

/// Checks that a value has the form of a schema, and returns what is wrong.
pub(crate) fn mistakes(
    document: &Value,
    schema: &Value,
    value: &Value,
    place: &str,
) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let named = document.pointer(name.strip_prefix('#').unwrap());
        let named = named.unwrap_or_else(|| panic!("no schema {name}"));
        return mistakes(document, named, value, place);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let all = any
            .iter()
            .map(|schema| mistakes(document, schema, value, place));
        let all: Vec<_> = all.collect();
        let fits = all.iter().any(Vec::is_empty);
        return if fits { Vec::new() } else { all.concat() };
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return Vec::new(),
    };
    let is_kind = |kind: &&str| match *kind {
        "string" => value.is_string(),
        "integer" => value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        other => panic!("{place}: the type {other}"),
    };
    if !kinds.iter().any(is_kind) {
        return vec![format!("{place}: {value} is not {kinds:?}")];
    }
    let mut found = Vec::new();
    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
        let place = format!("{place}[{number}]");
        found.extend(mistakes(document, &schema["items"], item, &place));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap()).is_none() {
            found.push(format!("{place}: {name} is missing"));
        }
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(member) = value.get(name) {
            let place = format!("{place}.{name}");
            found.extend(mistakes(document, schema, member, &place));
        }
    }
    found
}
