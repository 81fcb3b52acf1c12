/** Where mail goes: next hops, routes, relay domains and the transport table, in Postfix's semantics. */
@NullMarked
package io.backupmx.route;

import org.jspecify.annotations.NullMarked;
