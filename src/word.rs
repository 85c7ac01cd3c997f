//! Words that become settings: an enum owns its words, and whoever lists or reads them takes them from it.

/// An enum whose values are words.
pub trait Word: Sized {
    /// The value spelled so, if there is one.
    fn from_word(word: &str) -> Option<Self>;
}

/// Declares an enum with a word for each of its values: `ALL`, `WORDS`, `name` and `from_name`.
macro_rules! words {
    (
        $(#[$about:meta])*
        $visibility:vis enum $name:ident {
            $($(#[$doc:meta])* $value:ident = $word:literal,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        $visibility enum $name {
            $($(#[$doc])* $value,)+
        }

        #[allow(dead_code)]
        impl $name {
            /// All of them.
            $visibility const ALL: [$name; [$($word),+].len()] = [$($name::$value),+];

            /// Their words, in the same order.
            $visibility const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word in specs.
            $visibility const fn name(self) -> &'static str {
                match self {
                    $($name::$value => $word,)+
                }
            }

            /// The one with this word, if there is one.
            $visibility fn from_name(word: &str) -> Option<$name> {
                $name::ALL.into_iter().find(|value| value.name() == word)
            }
        }

        impl $crate::word::Word for $name {
            fn from_word(word: &str) -> Option<$name> {
                $name::from_name(word)
            }
        }
    };
}
pub(crate) use words;
