//! From values to bytes.

use std::any::type_name;

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::fault::Fault;
use super::input::BESIDE;
use super::limits::Limits;
use super::numbers;
use crate::wire::message::{Beside, Output};

/// Appends `value` to `output`.
///
/// If it has a struct that leaves out a field, its `Serialize` runs a second time, see the format.
///
/// # Errors
///
/// The text names the type and holds what its `Serialize` said, word for word. `output` is as it was then, but not after
/// a panic of its `Serialize`.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T, output: &mut Output<'_>) -> Result<(), String> {
    let start = output.mark();
    let mut encoder = Encoder::new(output, false);
    let mut outcome = encoder.message(value);
    if encoder.left_out {
        output.reset(start);
        outcome = Encoder::new(output, true).message(value);
    }
    outcome.map_err(|fault| {
        output.reset(start);
        format!("cannot encode `{}`: {fault}", type_name::<T>())
    })
}

struct Encoder<'out> {
    out: &'out mut Vec<u8>,
    beside: Beside<'out>,
    limits: Limits,
    /// Whether structs name their fields.
    named: bool,
    /// Whether a struct wanted to leave out a field although fields are not named.
    left_out: bool,
}

impl<'out> Encoder<'out> {
    fn new(output: &'out mut Output<'_>, named: bool) -> Self {
        let (out, beside) = output.split();
        Self { out, beside, limits: Limits::new(), named, left_out: false }
    }

    fn message<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        self.out.push(u8::from(self.named));
        value.serialize(self)
    }

    fn nested<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        self.limits.enter()?;
        value.serialize(&mut *self)?;
        self.limits.leave();
        Ok(())
    }

    #[inline]
    fn length(&mut self, length: usize) {
        self.out.extend_from_slice(&(length as u64).to_ne_bytes());
    }

    #[inline]
    fn name(&mut self, name: &str) {
        self.length(name.len());
        self.out.extend_from_slice(name.as_bytes());
    }

    /// So many elements, which are these bytes.
    #[inline]
    fn block(&mut self, count: usize, bytes: &[u8]) {
        if let Some(place) = self.beside.put(bytes) {
            for number in [count as u64 | BESIDE, place, bytes.len() as u64] {
                self.out.extend_from_slice(&number.to_ne_bytes());
            }
            return;
        }
        self.out.reserve(8 + bytes.len());
        self.length(count);
        self.out.extend_from_slice(bytes);
    }

    /// Begins what counts its elements. The place of the number is kept free, as nobody may know it yet.
    fn counted(&mut self) -> Result<Counted<'_, 'out>, Fault> {
        self.limits.enter()?;
        let place = self.out.len();
        self.length(0);
        Ok(Counted { encoder: self, place, count: 0 })
    }

    #[inline]
    fn fields(&mut self, named: bool) -> Result<Fields<'_, 'out>, Fault> {
        self.limits.enter()?;
        let place = self.out.len();
        self.out.extend_from_slice(&0_u16.to_ne_bytes());
        Ok(Fields { encoder: self, place, count: 0, named })
    }
}

macro_rules! full_width {
    ($($serialize:ident($number:ty))*) => {$(
        #[inline]
        fn $serialize(self, number: $number) -> Result<(), Fault> {
            self.out.extend_from_slice(&number.to_ne_bytes());
            Ok(())
        }
    )*};
}

impl<'e, 'out> Serializer for &'e mut Encoder<'out> {
    type Ok = ();
    type Error = Fault;
    type SerializeSeq = Counted<'e, 'out>;
    type SerializeTuple = Elements<'e, 'out>;
    type SerializeTupleStruct = Fields<'e, 'out>;
    type SerializeTupleVariant = Fields<'e, 'out>;
    type SerializeMap = Counted<'e, 'out>;
    type SerializeStruct = Fields<'e, 'out>;
    type SerializeStructVariant = Fields<'e, 'out>;

    fn is_human_readable(&self) -> bool {
        false
    }

    full_width! {
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_u128(u128)
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) serialize_i128(i128)
        serialize_f32(f32) serialize_f64(f64)
    }

    #[inline]
    fn serialize_bool(self, value: bool) -> Result<(), Fault> {
        self.serialize_u8(u8::from(value))
    }

    #[inline]
    fn serialize_char(self, value: char) -> Result<(), Fault> {
        self.serialize_u32(u32::from(value))
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<(), Fault> {
        self.block(value.len(), value.as_bytes());
        Ok(())
    }

    #[inline]
    fn serialize_bytes(self, value: &[u8]) -> Result<(), Fault> {
        self.block(value.len(), value);
        Ok(())
    }

    #[inline]
    fn serialize_none(self) -> Result<(), Fault> {
        self.serialize_u8(0)
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Fault> {
        self.out.push(1);
        self.nested(value)
    }

    fn serialize_unit(self) -> Result<(), Fault> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Fault> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Fault> {
        self.name(variant);
        Ok(())
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Fault> {
        self.nested(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Fault> {
        self.name(variant);
        self.nested(value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Fault> {
        self.counted()
    }

    /// The way of serde's vectors and slices: numbers are copied at once.
    fn collect_seq<I>(self, items: I) -> Result<(), Fault>
    where
        I: IntoIterator<Item: Serialize>,
    {
        if let Some((count, bytes)) = numbers::bytes_of(&items) {
            self.limits.enter()?;
            self.block(count, bytes);
            self.limits.leave();
            return Ok(());
        }
        let mut seq = self.counted()?;
        for item in items {
            seq.serialize_element(&item)?;
        }
        SerializeSeq::end(seq)
    }

    #[inline]
    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Fault> {
        self.limits.enter()?;
        Ok(Elements { encoder: self })
    }

    #[inline]
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Fault> {
        self.fields(false)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Fault> {
        self.name(variant);
        self.fields(false)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Fault> {
        self.counted()
    }

    #[inline]
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Fault> {
        self.fields(self.named)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Fault> {
        self.name(variant);
        self.fields(self.named)
    }
}

/// A sequence or a map: the elements, and in front of them how many there were in the end.
struct Counted<'e, 'out> {
    encoder: &'e mut Encoder<'out>,
    place: usize,
    count: u64,
}

impl SerializeSeq for Counted<'_, '_> {
    type Ok = ();
    type Error = Fault;

    #[inline]
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        let start = self.encoder.out.len();
        value.serialize(&mut *self.encoder)?;
        self.count += 1;
        self.encoder.limits.element(self.encoder.out.len() - start)
    }

    #[inline]
    fn end(self) -> Result<(), Fault> {
        self.encoder.out[self.place..][..size_of::<u64>()].copy_from_slice(&self.count.to_ne_bytes());
        self.encoder.limits.leave();
        Ok(())
    }
}

impl SerializeMap for Counted<'_, '_> {
    type Ok = ();
    type Error = Fault;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Fault> {
        self.serialize_element(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        value.serialize(&mut *self.encoder)
    }

    fn end(self) -> Result<(), Fault> {
        SerializeSeq::end(self)
    }
}

/// A tuple or an array: the reader's type says how many elements there are.
struct Elements<'e, 'out> {
    encoder: &'e mut Encoder<'out>,
}

impl SerializeTuple for Elements<'_, '_> {
    type Ok = ();
    type Error = Fault;

    #[inline]
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        value.serialize(&mut *self.encoder)
    }

    #[inline]
    fn end(self) -> Result<(), Fault> {
        self.encoder.limits.leave();
        Ok(())
    }
}

/// The fields of a struct, a tuple struct, or a variant.
struct Fields<'e, 'out> {
    encoder: &'e mut Encoder<'out>,
    place: usize,
    /// Of those with bytes, or with names if they are named. Without names it is a check only, and may wrap.
    count: u16,
    named: bool,
}

impl Fields<'_, '_> {
    #[inline]
    fn positional<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        let start = self.encoder.out.len();
        value.serialize(&mut *self.encoder)?;
        self.count = self.count.wrapping_add(u16::from(self.encoder.out.len() > start));
        Ok(())
    }

    #[inline]
    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Fault> {
        if !self.named {
            return self.positional(value);
        }
        self.encoder.name(name);
        self.count = self.count.checked_add(1).ok_or_else(|| Fault::new("a struct has too many fields"))?;
        value.serialize(&mut *self.encoder)
    }

    fn skip(&mut self) -> Result<(), Fault> {
        if self.named {
            return Ok(());
        }
        self.encoder.left_out = true;
        Err(Fault::new("a field is left out"))
    }

    #[inline]
    fn finish(self) -> Result<(), Fault> {
        self.encoder.out[self.place..][..size_of::<u16>()].copy_from_slice(&self.count.to_ne_bytes());
        self.encoder.limits.leave();
        Ok(())
    }
}

macro_rules! by_position {
    ($($kind:ident)*) => {$(
        impl $kind for Fields<'_, '_> {
            type Ok = ();
            type Error = Fault;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
                self.positional(value)
            }

            #[inline]
            fn end(self) -> Result<(), Fault> {
                self.finish()
            }
        }
    )*};
}

macro_rules! by_name {
    ($($kind:ident)*) => {$(
        impl $kind for Fields<'_, '_> {
            type Ok = ();
            type Error = Fault;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Fault> {
                self.field(name, value)
            }

            fn skip_field(&mut self, _: &'static str) -> Result<(), Fault> {
                self.skip()
            }

            #[inline]
            fn end(self) -> Result<(), Fault> {
                self.finish()
            }
        }
    )*};
}

by_position!(SerializeTupleStruct SerializeTupleVariant);
by_name!(SerializeStruct SerializeStructVariant);
