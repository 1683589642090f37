export { type GoToStepOptions, goToStep } from './step/go-to-step.ts';
