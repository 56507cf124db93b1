//! Formats of uploads, as far as a URL or an answer depends on them.

/// Format and size of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PictureFormat {
    /// `png`, `jpeg` or `gif`, as in GroupMe's URLs.
    pub(crate) name: &'static str,
    /// Pixels.
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Returns the format of a picture by its first bytes; `None` for bytes that are no picture that
/// GroupMe takes.
pub(crate) fn picture(bytes: &[u8]) -> Option<PictureFormat> {
    if let Some(rest) = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n") {
        // A length and `IHDR` stand before the two sizes.
        let [width, height] = sizes(rest.get(8..16)?)?;
        return Some(PictureFormat {
            name: "png",
            width,
            height,
        });
    }
    if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        let size = |at: usize| Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?).into());
        return Some(PictureFormat {
            name: "gif",
            width: size(6)?,
            height: size(8)?,
        });
    }
    let (width, height) = jpeg(bytes.strip_prefix(b"\xff\xd8")?)?;
    Some(PictureFormat {
        name: "jpeg",
        width,
        height,
    })
}

fn sizes(bytes: &[u8]) -> Option<[u32; 2]> {
    let size = |at: usize| Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
    Some([size(0)?, size(4)?])
}

/// Returns the size in the frame header of a JPEG, after its start.
fn jpeg(mut rest: &[u8]) -> Option<(u32, u32)> {
    loop {
        let [0xff, marker, high, low] = *rest.first_chunk()? else {
            return None;
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        // Frame headers, without the three markers in their range that are none.
        if (0xc0..=0xcf).contains(&marker) && ![0xc4, 0xc8, 0xcc].contains(&marker) {
            let [height_high, height_low, width_high, width_low] = *rest.get(5..)?.first_chunk()?;
            let size = |high, low| u32::from(u16::from_be_bytes([high, low]));
            return Some((size(width_high, width_low), size(height_high, height_low)));
        }
        rest = rest.get(length.checked_add(2)?..)?;
    }
}

/// Returns whether bytes begin as an MP4 file does.
pub(crate) fn is_mp4(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp")
}

/// Returns the first file of a form (RFC 7578), whose boundary is its first line.
pub(crate) fn file_in_form(body: &[u8]) -> Option<&[u8]> {
    let line = body.windows(2).position(|two| two == b"\r\n")?;
    let (boundary, rest) = body.split_at(line);
    if !boundary.starts_with(b"--") {
        return None;
    }
    let head = rest.windows(4).position(|four| four == b"\r\n\r\n")?;
    let content = rest.get(head + 4..)?;
    let end = content
        .windows(boundary.len() + 2)
        .position(|window| window.strip_prefix(b"\r\n") == Some(boundary))?;
    content.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_have_their_size() {
        let size = |bytes: &[u8]| {
            let format = picture(bytes)?;
            Some((format.name, format.width, format.height))
        };
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x06\x88\0\0\x03\xad\x08\x06";
        assert_eq!(size(png), Some(("png", 1672, 941)));
        assert_eq!(size(b"GIF89a\x02\0\x01\0"), Some(("gif", 2, 1)));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc2\0\x0b\x08\0\x10\0\x20\x03";
        assert_eq!(size(jpeg), Some(("jpeg", 32, 16)));
        for cut in 0..jpeg.len() - 1 {
            assert_eq!(size(&jpeg[..cut]), None, "{cut}");
        }
        assert_eq!(size(b"<svg/>"), None);
    }

    #[test]
    fn a_form_holds_a_file() {
        let form = b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--y\r\n--x--\r\n";
        assert_eq!(file_in_form(form), Some(&b"a\r\n--y"[..]));
        for cut in 0..form.len() - 4 {
            assert_eq!(file_in_form(&form[..cut]), None, "{cut}");
        }
        assert_eq!(file_in_form(b"{}\r\n\r\n\r\n"), None);
    }
}
