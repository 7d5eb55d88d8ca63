//! From bytes to values. The bytes may be anything: they cost an error, no panic and no memory that they do not hold.

use std::any::{TypeId, type_name};
use std::mem;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::fault::Fault;
use super::input::{Block, Extent, Input, not_text, text};
use super::limits::Limits;
use super::numbers;
use super::runs::{Fetched, Runs};
use crate::wire::message::Message;

/// Reads a value from all of a message.
///
/// # Errors
///
/// The text names the type and holds what its `Deserialize` said, word for word.
pub(crate) fn decode<T: DeserializeOwned>(message: Message<'_>) -> Result<T, String> {
    value_of(message).map_err(|fault| format!("cannot decode `{}`: {fault}", type_name::<T>()))
}

fn value_of<T: DeserializeOwned>(message: Message<'_>) -> Result<T, Fault> {
    let fetched = Fetched::default();
    let mut decoder = Decoder {
        input: Input::new(message.bytes),
        runs: Runs::new(message.runs, &fetched),
        limits: Limits::new(),
        named: false,
    };
    decoder.named = decoder.input.flag("struct")?;
    let value = T::deserialize(&mut decoder)?;
    match decoder.input.len() {
        0 => Ok(value),
        left => Err(Fault::new(format!("{left} bytes follow the value"))),
    }
}

struct Decoder<'de> {
    input: Input<'de>,
    runs: Runs<'de>,
    limits: Limits,
    /// Whether structs name their fields.
    named: bool,
}

impl<'de> Decoder<'de> {
    #[inline]
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        self.limits.enter()?;
        let value = read(self)?;
        self.limits.leave();
        Ok(value)
    }

    /// A sequence or a map. The visitor must take all of it, or what comes after it would be read wrongly.
    fn counted<T>(&mut self, visit: impl FnOnce(&mut Counted<'_, 'de>) -> Result<T, Fault>) -> Result<T, Fault> {
        self.nested(|decoder| match decoder.input.extent()? {
            Extent::Here(length) => decoder.elements(length, visit),
            // Numbers that were written at once, for a reader that wants one after the other.
            Extent::Beside(run) => {
                let behind = mem::replace(&mut decoder.input, Input::new(decoder.runs.borrowed(run)?));
                let value = decoder.elements(run.count, visit);
                match mem::replace(&mut decoder.input, behind).len() {
                    0 => value,
                    left => value.and(Err(Fault::new(format!("{left} bytes of a long run follow its elements")))),
                }
            }
        })
    }

    fn elements<T>(
        &mut self,
        length: u64,
        visit: impl FnOnce(&mut Counted<'_, 'de>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.limits.allow(length, self.input.len())?;
        let mut access = Counted { decoder: self, left: length };
        let value = visit(&mut access)?;
        match access.left {
            0 => Ok(value),
            left => Err(Fault::new(format!("{left} elements were sent that `{}` does not read", type_name::<T>()))),
        }
    }

    /// The fields of a struct, a tuple struct, or a variant, by position.
    #[inline]
    fn positional<V: Visitor<'de>>(&mut self, n_fields: usize, visitor: V) -> Result<V::Value, Fault> {
        self.nested(|decoder| {
            let written = u16::from_ne_bytes(decoder.input.array()?);
            let mut access = Elements { decoder, left: n_fields, with_bytes: 0 };
            let value = visitor.visit_seq(&mut access)?;
            if access.with_bytes == written {
                Ok(value)
            } else {
                Err(one_sided::<V::Value>(written, access.with_bytes))
            }
        })
    }

    #[inline]
    fn fields<V: Visitor<'de>>(&mut self, n_fields: usize, visitor: V) -> Result<V::Value, Fault> {
        if !self.named {
            return self.positional(n_fields, visitor);
        }
        self.nested(|decoder| {
            let left = u16::from_ne_bytes(decoder.input.array()?);
            let mut access = Named { decoder, left };
            let value = visitor.visit_map(&mut access)?;
            match access.left {
                0 => Ok(value),
                left => {
                    Err(Fault::new(format!("{left} fields were sent that `{}` does not read", type_name::<V::Value>())))
                }
            }
        })
    }
}

macro_rules! full_width {
    ($($deserialize:ident($visit:ident $number:ty))*) => {$(
        #[inline]
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.$visit(<$number>::from_ne_bytes(self.input.array()?))
        }
    )*};
}

impl<'de> Deserializer<'de> for &mut Decoder<'de> {
    type Error = Fault;

    fn is_human_readable(&self) -> bool {
        false
    }

    full_width! {
        deserialize_u8(visit_u8 u8) deserialize_u16(visit_u16 u16) deserialize_u32(visit_u32 u32)
        deserialize_u64(visit_u64 u64) deserialize_u128(visit_u128 u128)
        deserialize_i8(visit_i8 i8) deserialize_i16(visit_i16 i16) deserialize_i32(visit_i32 i32)
        deserialize_i64(visit_i64 i64) deserialize_i128(visit_i128 i128)
        deserialize_f32(visit_f32 f32) deserialize_f64(visit_f64 f64)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        // So serde reads the absent content of a unit variant with `tag` and `content`.
        if typeid::of::<V::Value>() == TypeId::of::<()>() {
            return visitor.visit_unit();
        }
        Err(no_description::<V::Value>())
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Fault> {
        Err(no_description::<V::Value>())
    }

    #[inline]
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_bool(self.input.flag("`bool`")?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let code = u32::from_ne_bytes(self.input.array()?);
        match char::from_u32(code) {
            Some(value) => visitor.visit_char(value),
            None => Err(Fault::new(format!("the number {code} where a `char` has its code"))),
        }
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.input.block(1)? {
            Block::Here(bytes) => visitor.visit_borrowed_str(text(bytes)?),
            Block::Beside(run) => {
                let string = String::from_utf8(self.runs.numbers(run)?);
                visitor.visit_string(string.map_err(|error| not_text(error.utf8_error()))?)
            }
        }
    }

    #[inline]
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    /// Which variant, where serde reads it by itself, or a key of a map.
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    #[inline]
    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.input.block(1)? {
            Block::Here(bytes) => visitor.visit_borrowed_bytes(bytes),
            Block::Beside(run) => visitor.visit_byte_buf(self.runs.numbers(run)?),
        }
    }

    #[inline]
    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_bytes(visitor)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.input.flag("`Option`")? {
            self.nested(|decoder| visitor.visit_some(decoder))
        } else {
            visitor.visit_none()
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        self.nested(|decoder| visitor.visit_newtype_struct(decoder))
    }

    /// The way of serde's vectors: numbers are copied at once.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match numbers::reader_for::<V>() {
            Some(from) => self.nested(|decoder| (from.read)(decoder.input.block(from.width)?, &mut decoder.runs)),
            None => self.counted(|access| visitor.visit_seq(access)),
        }
    }

    #[inline]
    fn deserialize_tuple<V: Visitor<'de>>(self, n_elements: usize, visitor: V) -> Result<V::Value, Fault> {
        self.nested(|decoder| {
            let mut access = Elements { decoder, left: n_elements, with_bytes: 0 };
            visitor.visit_seq(&mut access)
        })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        n_fields: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.positional(n_fields, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.counted(|access| visitor.visit_map(access))
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.fields(fields.len(), visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_enum(self)
    }
}

/// What is left of a sequence or a map.
struct Counted<'d, 'de> {
    decoder: &'d mut Decoder<'de>,
    left: u64,
}

impl<'de> Counted<'_, 'de> {
    #[inline]
    fn next<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let before = self.decoder.input.len();
        let value = seed.deserialize(&mut *self.decoder)?;
        self.decoder.limits.element(before - self.decoder.input.len())?;
        Ok(Some(value))
    }

    /// Not more than the input has bytes, as users' types may reserve memory for so many.
    fn at_most(&self) -> usize {
        usize::try_from(self.left).map_or(self.decoder.input.len(), |left| left.min(self.decoder.input.len()))
    }
}

impl<'de> SeqAccess<'de> for Counted<'_, 'de> {
    type Error = Fault;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        self.next(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.at_most())
    }
}

impl<'de> MapAccess<'de> for Counted<'_, 'de> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        self.next(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(&mut *self.decoder)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.at_most())
    }
}

/// What is left of a tuple, or of fields by position.
struct Elements<'d, 'de> {
    decoder: &'d mut Decoder<'de>,
    left: usize,
    /// How many took any bytes; wraps as it does for the writer.
    with_bytes: u16,
}

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = Fault;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let before = self.decoder.input.len();
        let value = seed.deserialize(&mut *self.decoder)?;
        self.with_bytes = self.with_bytes.wrapping_add(u16::from(self.decoder.input.len() < before));
        Ok(Some(value))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// What is left of fields that carry their names.
struct Named<'d, 'de> {
    decoder: &'d mut Decoder<'de>,
    left: u16,
}

impl<'de> MapAccess<'de> for Named<'_, 'de> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(BorrowedStrDeserializer::new(self.decoder.input.name()?)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(&mut *self.decoder)
    }
}

impl<'de> EnumAccess<'de> for &mut Decoder<'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Fault> {
        let variant = seed.deserialize(BorrowedStrDeserializer::new(self.input.name()?))?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for &mut Decoder<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Fault> {
        self.nested(|decoder| seed.deserialize(decoder))
    }

    fn tuple_variant<V: Visitor<'de>>(self, n_fields: usize, visitor: V) -> Result<V::Value, Fault> {
        self.positional(n_fields, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        self.fields(fields.len(), visitor)
    }
}

#[cold]
fn one_sided<T>(written: u16, read: u16) -> Fault {
    Fault::new(format!(
        "`{}` writes {written} fields and reads {read}; a field must be skipped in both directions (`#[serde(skip)]`) or \
         in none",
        type_name::<T>()
    ))
}

#[cold]
fn no_description<T>() -> Fault {
    Fault::new(format!(
        "`{}` asks the bytes what they hold, and they do not tell. Types with `#[serde(flatten)]`, `untagged` or `tag` \
         (beside `content`: if a variant has named fields), and types like `serde_json::Value`, cannot travel between \
         processes; send them as text, or convert them with `#[serde(into, from)]`",
        type_name::<T>()
    ))
}
