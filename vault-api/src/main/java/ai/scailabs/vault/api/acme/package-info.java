/**
 * Certificates from authorities outside, by ACME: accounts, orders, the certificates that come of them, and what directories look for. Decides nothing and knows no directory. Start with {@link
 * ai.scailabs.vault.api.acme.AcmeOrderController}.
 */
@NullMarked
package ai.scailabs.vault.api.acme;

import org.jspecify.annotations.NullMarked;
