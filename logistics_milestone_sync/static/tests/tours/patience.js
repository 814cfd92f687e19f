/** Steps that wait longer than usual: the machine that runs them is busy with other tests, too. */
export const patient = (steps) => steps.map((step) => ({ timeout: 60000, ...step }));
