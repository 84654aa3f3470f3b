/**
 * Requests to documented REST APIs of clouds and to programs of tenants, and the JSON that they answer. Never follows a redirect or a link, never holds more than a bounded answer, and says of a refusal no more than its status. Start with {@link
 * ai.scailabs.vault.credentials.connector.rest.RestTurn}, or where programs of tenants are asked with {@link ai.scailabs.vault.credentials.connector.rest.SignedPosts}.
 */
@NullMarked
package ai.scailabs.vault.credentials.connector.rest;

import org.jspecify.annotations.NullMarked;
