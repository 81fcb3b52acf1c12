/** Remote queue starting (RFC 1985). */
@NullMarked
package io.backupmx.ingress.etrn;

import org.jspecify.annotations.NullMarked;
