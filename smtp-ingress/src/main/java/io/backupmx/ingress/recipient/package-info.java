/** Who may get mail: relay authority and recipient truth. */
@NullMarked
package io.backupmx.ingress.recipient;

import org.jspecify.annotations.NullMarked;
