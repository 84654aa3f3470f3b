/**
 * Health, metrics, version and the API's own description. Nothing about a tenant leaves without a token. Start with {@link
 * ai.scailabs.vault.api.system.HealthController}.
 */
@NullMarked
package ai.scailabs.vault.api.system;

import org.jspecify.annotations.NullMarked;
