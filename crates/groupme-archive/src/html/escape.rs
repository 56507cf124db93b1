//! Escaping of text from others in a page.

use groupme_model::text::is_invisible;

/// Escapes a text for the content of an element or a quoted attribute.
pub(super) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Escapes a text for the title of a page, without invisible characters: the browser shows the title in
/// its window, where they could reorder other text.
pub(super) fn title(text: &str) -> String {
    let shown: String = text
        .chars()
        .filter(|letter| !is_invisible(*letter))
        .collect();
    html(&shown)
}

/// Removes the controls that reverse text from a name: reversed, it would read as another name.
pub(super) fn strip_bidi_controls(name: &str) -> String {
    let is_kept =
        |letter: &char| !matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    name.chars().filter(is_kept).collect()
}

/// Appends JSON to a page, escaped so that nothing in it ends its script element.
pub(super) fn json(page: &mut Vec<u8>, json: &[u8]) {
    for byte in json {
        match byte {
            // In JSON, only strings have this character.
            b'<' => page.extend_from_slice(b"\\u003c"),
            byte => page.push(*byte),
        }
    }
}

/// Returns the URL if its scheme is `http` or `https`; others, such as `javascript`, become no link.
pub(super) fn link(url: &str) -> Option<&str> {
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    (lower.starts_with("http://") || lower.starts_with("https://")).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_ends_no_element_no_attribute_and_no_script() {
        assert_eq!(
            html("<b a='1' c=\"2\">&"),
            "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;"
        );
        assert_eq!(title("a\u{202e}b<"), "ab&lt;");
        let mut page = Vec::new();
        json(&mut page, br#"["</script><!--"]"#);
        assert_eq!(page, br#"["\u003c/script>\u003c!--"]"#);
    }

    #[test]
    fn a_link_leads_to_the_web_only() {
        assert_eq!(link("HTTPS://a.example/x"), Some("HTTPS://a.example/x"));
        for url in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//a.example",
            "",
            " https://a",
        ] {
            assert_eq!(link(url), None, "{url}");
        }
    }
}
