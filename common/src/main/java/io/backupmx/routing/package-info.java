/** From a route to the addresses to connect to. */
@NullMarked
package io.backupmx.routing;

import org.jspecify.annotations.NullMarked;
