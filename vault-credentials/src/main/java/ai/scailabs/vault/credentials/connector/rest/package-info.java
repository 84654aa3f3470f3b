/**
 * Requests to documented REST APIs of clouds, and the JSON that they answer. Never follows a redirect or a link, never holds more than a bounded answer, and says of a refusal no more than its status. Start with {@link
 * ai.scailabs.vault.credentials.connector.rest.RestTurn}.
 */
@NullMarked
package ai.scailabs.vault.credentials.connector.rest;

import org.jspecify.annotations.NullMarked;
