/** The SMTP ingress: listens, validates, stores. */
@NullMarked
package io.backupmx.ingress;

import org.jspecify.annotations.NullMarked;
