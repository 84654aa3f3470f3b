/**
 * Users of MongoDB, by its own driver, which is told one address and no option of a tenant, and sees no answer before it was looked at. Start with
 * {@link ai.scailabs.vault.credentials.connector.mongodb.MongoTarget}.
 */
@NullMarked
package ai.scailabs.vault.credentials.connector.mongodb;

import org.jspecify.annotations.NullMarked;
