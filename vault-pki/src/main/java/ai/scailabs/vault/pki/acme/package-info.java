/**
 * Certificates from certificate authorities outside, by ACME (RFC 8555): accounts, orders that any instance takes up where another left them, the certificates that come of them, and their renewal. Never holds a
 * connection to the database while it talks to a directory, and never talks to one except through {@code vault-outbound}. Start with {@link ai.scailabs.vault.pki.acme.OrderService} and {@link
 * ai.scailabs.vault.pki.acme.OrderSteps}.
 */
@NullMarked
package ai.scailabs.vault.pki.acme;

import org.jspecify.annotations.NullMarked;
