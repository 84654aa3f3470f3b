/**
 * What was issued: finding and showing certificates, and disposing of those that nobody asks for any more. It changes no certificate's standing and knows no private key. Start with
 * {@link ai.scailabs.vault.pki.inventory.CertificateInventory}.
 */
@NullMarked
package ai.scailabs.vault.pki.inventory;

import org.jspecify.annotations.NullMarked;
