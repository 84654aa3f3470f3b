/**
 * The authorities of others that a tenant relies on, and the question whether a certificate is to be relied on by them. It decides nothing about paths, which is the work of {@link ai.scailabs.vault.pki.validation}, and
 * never asks the network. Start with {@link ai.scailabs.vault.pki.anchor.ValidationService}.
 */
@NullMarked
package ai.scailabs.vault.pki.anchor;

import org.jspecify.annotations.NullMarked;
