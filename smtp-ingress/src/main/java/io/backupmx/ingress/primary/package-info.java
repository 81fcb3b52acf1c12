/** What the primaries say of who exists, and what is known of that while they are away. */
@NullMarked
package io.backupmx.ingress.primary;

import org.jspecify.annotations.NullMarked;
