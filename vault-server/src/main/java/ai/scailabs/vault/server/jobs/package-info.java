/**
 * What runs without a request. A job that fails is logged and runs again. Start with {@link
 * ai.scailabs.vault.server.jobs.BackgroundJobs}.
 */
@NullMarked
package ai.scailabs.vault.server.jobs;

import org.jspecify.annotations.NullMarked;
