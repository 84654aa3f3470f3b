/**
 * Requests to the documented REST APIs of DNS providers, and the JSON that they answer. Never follows a redirect or a link to another server, never holds more than a bounded answer, and says of a failed call no more than its
 * numbers. Start with {@link ai.scailabs.vault.pki.dns.rest.RestCalls}.
 */
@NullMarked
package ai.scailabs.vault.pki.dns.rest;

import org.jspecify.annotations.NullMarked;
