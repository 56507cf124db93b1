//! Query of a request.

/// Query whose values are decoded on access.
#[derive(Clone, Copy)]
pub(crate) struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    pub(crate) fn new(query: &'a str) -> Self {
        Self(query)
    }

    /// Returns the first value of a parameter.
    pub(crate) fn text(self, name: &str) -> Option<String> {
        self.0.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (key == name).then(|| decode(&value.replace('+', " ")))
        })
    }

    /// Returns the number of a parameter; its name is the error if the value is no number.
    pub(super) fn number(self, name: &str) -> Result<Option<u64>, &str> {
        match self.text(name) {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| name),
        }
    }
}

/// Decodes percent-encoding. Invalid encodings stay as they are.
pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        let coded = others.first_chunk().filter(|_| *first == b'%');
        if let Some(byte) = coded.and_then(|digits: &[u8; 2]| byte(*digits)) {
            bytes.push(byte);
            rest = &others[2..];
        } else {
            bytes.push(*first);
            rest = others;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns the byte of two hexadecimal digits.
fn byte(digits: [u8; 2]) -> Option<u8> {
    let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
    u8::try_from(high? * 16 + low?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_is_encoded_and_leaves_the_rest() {
        assert_eq!(decode("1%2B2"), "1+2");
        assert_eq!(decode("%e2%9d%a4+"), "❤+");
        assert_eq!(decode("%"), "%");
        assert_eq!(decode("%4"), "%4");
        assert_eq!(decode("%zz%41"), "%zzA");
        assert_eq!(decode("%ff"), "\u{fffd}");
    }

    #[test]
    fn finds_parameters_by_their_whole_name() {
        let query = Query::new("xlimit=1&limit=20&limit=30&omit&text=a+b%26");
        assert_eq!(query.number("limit"), Ok(Some(20)));
        assert_eq!(query.number("page"), Ok(None));
        assert_eq!(query.text("omit").as_deref(), Some(""));
        assert_eq!(query.text("text").as_deref(), Some("a b&"));
        assert_eq!(query.number("omit"), Err("omit"));
    }
}
