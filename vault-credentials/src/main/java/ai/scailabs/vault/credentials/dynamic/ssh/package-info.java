/** Certificates of OpenSSH and passwords for one login, as credentials with a lease; and what servers fetch to believe the first and ask to believe the second. */
@NullMarked
package ai.scailabs.vault.credentials.dynamic.ssh;

import org.jspecify.annotations.NullMarked;
