/**
 * The invented people, services, tenants and partners of a development server. They carry no secrets. Start with {@link
 * ai.scailabs.vault.dev.identity.DevIdentity}.
 */
@NullMarked
package ai.scailabs.vault.dev.identity;

import org.jspecify.annotations.NullMarked;
