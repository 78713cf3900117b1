/** One file for all suites on the stack: loading CDK and synthesising once costs more than all their assertions. */
import './alarms.suite.ts';
import './app.suite.ts';
import './flow.suite.ts';
import './permissions.suite.ts';
import './protection.suite.ts';
import './web.suite.ts';
