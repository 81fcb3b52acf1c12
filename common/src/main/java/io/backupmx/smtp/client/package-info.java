/** The sending side of SMTP on Vert.x: one connection, one transaction, every recipient's own reply. */
@NullMarked
package io.backupmx.smtp.client;

import org.jspecify.annotations.NullMarked;
