//! Views without their types, small.
//!
//! Leptos' own `into_any` makes some twenty functions for each type of view, among them a state
//! machine that hydrates lazily loaded routes, of which there are none here. In the browser build a
//! view goes behind one small trait first, so that `into_any` is made once: that saves a fifth of
//! the build.

use std::sync::{Arc, Mutex};

use leptos::prelude::*;
use leptos::tachys::reactive_graph::SharedReactiveFunction;

/// Turns any view into an [`AnyView`].
pub trait IntoBoxed: RenderHtml + Sized + 'static {
    fn boxed(self) -> AnyView {
        #[cfg(feature = "ssr")]
        return self.into_any();
        #[cfg(not(feature = "ssr"))]
        return browser::Boxed::new(self).into_any();
    }
}

impl<V: RenderHtml + 'static> IntoBoxed for V {}

/// A view that follows the signals it reads: one type for all of them.
pub fn live(view: impl FnMut() -> AnyView + Send + 'static) -> AnyView {
    let shared: SharedReactiveFunction<AnyView> = Arc::new(Mutex::new(view));
    shared.boxed()
}

/// An event handler: one type for all of an event.
pub type Handler<E> = Box<dyn FnMut(E)>;

#[cfg(not(feature = "ssr"))]
mod browser {
    use std::any::{Any, TypeId};

    use leptos::prelude::*;
    use leptos::tachys::html::attribute::Attribute;
    use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
    use leptos::tachys::hydration::Cursor;
    use leptos::tachys::renderer::Rndr;
    use leptos::tachys::renderer::types::{Element, Node, Placeholder};
    use leptos::tachys::view::add_attr::AddAnyAttr;
    use leptos::tachys::view::{Mountable, Position, PositionState, Render};

    /// What the browser asks of a view.
    trait View: Send {
        fn build(self: Box<Self>) -> Shown;
        fn rebuild(self: Box<Self>, shown: &mut Shown);
        fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> Shown;
    }

    trait State: Mountable + Any {}
    impl<S: Mountable + Any> State for S {}

    /// A view on the page, the type that it is of, and the mark that holds its place when it has no
    /// element.
    pub struct Shown {
        kind: TypeId,
        state: Box<dyn State>,
        placeholder: Option<Placeholder>,
    }

    impl<V: RenderHtml + 'static> View for V {
        fn build(self: Box<Self>) -> Shown {
            let state = Box::new(Render::build(*self));
            Shown {
                kind: TypeId::of::<V>(),
                state,
                placeholder: (!V::EXISTS).then(Rndr::create_placeholder),
            }
        }

        fn rebuild(self: Box<Self>, shown: &mut Shown) {
            if shown.kind == TypeId::of::<V>() {
                let state: &mut dyn Any = shown.state.as_mut();
                if let Some(state) = state.downcast_mut::<V::State>() {
                    Render::rebuild(*self, state);
                }
            } else {
                let mut new = View::build(self);
                shown.insert_before_this(&mut new);
                shown.unmount();
                *shown = new;
            }
        }

        fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> Shown {
            let state = Box::new(RenderHtml::hydrate::<true>(*self, cursor, position));
            Shown {
                kind: TypeId::of::<V>(),
                state,
                placeholder: (!V::EXISTS).then(|| cursor.next_placeholder(position)),
            }
        }
    }

    impl Mountable for Shown {
        fn unmount(&mut self) {
            self.state.unmount();
            if let Some(placeholder) = &mut self.placeholder {
                placeholder.unmount();
            }
        }

        fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
            self.state.mount(parent, marker);
            if let Some(placeholder) = &mut self.placeholder {
                placeholder.mount(parent, marker);
            }
        }

        fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
            self.state.insert_before_this(child)
                || self
                    .placeholder
                    .as_ref()
                    .is_some_and(|placeholder| placeholder.insert_before_this(child))
        }

        fn elements(&self) -> Vec<Element> {
            self.state.elements()
        }
    }

    /// Any view, as one type.
    pub struct Boxed(Box<dyn View>);

    impl Boxed {
        pub fn new(view: impl RenderHtml + 'static) -> Self {
            Self(Box::new(view))
        }
    }

    impl Render for Boxed {
        type State = Shown;

        fn build(self) -> Shown {
            self.0.build()
        }

        fn rebuild(self, shown: &mut Shown) {
            self.0.rebuild(shown);
        }
    }

    impl RenderHtml for Boxed {
        type AsyncOutput = Self;
        type Owned = Self;

        const MIN_LENGTH: usize = 0;

        fn dry_resolve(&mut self) {}

        async fn resolve(self) -> Self {
            self
        }

        fn to_html_with_buf(
            self,
            _: &mut String,
            _: &mut Position,
            _: bool,
            _: bool,
            _: Vec<AnyAttribute>,
        ) {
            unreachable!("the browser writes no HTML");
        }

        fn hydrate<const FROM_SERVER: bool>(
            self,
            cursor: &Cursor,
            position: &PositionState,
        ) -> Shown {
            self.0.hydrate(cursor, position)
        }

        fn into_owned(self) -> Self {
            self
        }
    }

    impl AddAnyAttr for Boxed {
        type Output<SomeNewAttr: Attribute> = Self;

        /// Never asked: the [`AnyView`] around it keeps the attributes.
        fn add_any_attr<NewAttr: Attribute>(self, _: NewAttr) -> Self {
            self
        }
    }
}
