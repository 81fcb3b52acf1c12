/** Who a client is by its address, and how much of what is short one client may have at once. */
@NullMarked
package io.backupmx.ingress.client;

import org.jspecify.annotations.NullMarked;
