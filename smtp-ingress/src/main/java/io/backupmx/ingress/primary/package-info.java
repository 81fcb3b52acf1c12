/** Asks the primaries who exists. */
@NullMarked
package io.backupmx.ingress.primary;

import org.jspecify.annotations.NullMarked;
